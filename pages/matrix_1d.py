import streamlit as st
st.title('matrix_1d')
