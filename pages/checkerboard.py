import streamlit as st
st.title('checkerboard')
