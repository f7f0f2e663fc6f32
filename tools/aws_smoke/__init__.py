"""Runs the library on a real AWS account, checks what it assumes of AWS, and cleans up."""
