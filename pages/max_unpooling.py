import streamlit as st
st.title('max_unpooling')
