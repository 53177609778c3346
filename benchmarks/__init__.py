"""Ratios between ohneio and its peers, side by side in one process.

``python -m benchmarks`` (or ``make bench``) runs every row; ``README.md`` says
what is measured and how, and what came out.  To add a row, write a module in
``rows`` (and, where there is one, the best flat loop for the job in
``limits``) and name it in ``rows/__init__.py``.
"""
