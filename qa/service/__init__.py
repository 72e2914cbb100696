"""Dalil over HTTP: the API and the web page. `qa.service.app.create_app` makes the application."""
