"""The rules: data that says which words make a sentence a requirement, and of which kind."""
