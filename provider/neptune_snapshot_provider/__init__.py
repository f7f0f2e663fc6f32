"""The Lambda code behind ``Custom::NeptuneClusterSnapshot``."""
