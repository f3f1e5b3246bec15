import streamlit as st
st.title('sliding_window')
