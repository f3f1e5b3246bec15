"""The parts of the page that labels a visitor's photo: taking photos in, asking the network, the viewer, the tabs.

What belongs to a visitor lives in that visitor's `st.session_state` alone; nothing of it is cached for others.
"""
