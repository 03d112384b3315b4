"""What all pages share: templates, styles, the reader's wishes, forms, and staff who sign in.

Pages call the same functions as the API and know nothing that the API would not tell.
"""
