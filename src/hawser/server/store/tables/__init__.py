"""Tables, one file per noun, and how rows become values and values rows.

Columns are named as the fields of the model's values, so that a row and a value differ in type only.
"""
