"""Siskin inside other libraries, one module per library.

Each module imports its library, so it is not imported with the client. Install ``siskin-client[NAME]`` for the library:
``sentence-transformers``, ``langchain``, ``llama-index``, ``haystack``, ``pyterrier``, ``beir`` or ``mteb``. The module
``pyserini`` needs no library.
"""
