"""The review page: questions, people and clusters in a browser, over the same actions."""
