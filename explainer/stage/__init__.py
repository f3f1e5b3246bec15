"""The stage: what plays a scene in the browser, in the app and in the self-contained export alike."""
