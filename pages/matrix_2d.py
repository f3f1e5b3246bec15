import streamlit as st
st.title('matrix_2d')
