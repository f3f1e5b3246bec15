"""The stage: a trace becomes a scene (plain JSON), and a scene a picture one can step through.

`scene` describes what is drawn; `stage.js`, `stage.css` and `stage.html` draw it in the browser, in the app and in the
self-contained export alike.
"""
