"""The rows of a department as a workbook: out, filled offline, and back."""
