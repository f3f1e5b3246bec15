"""What pages are made of: settings bound to the URL, caches, the stage and its surroundings. Needs Streamlit."""
