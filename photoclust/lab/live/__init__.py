"""Recognising people in a camera, a video or a folder of photos, while it goes on."""
