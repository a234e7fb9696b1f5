"""What the law and the open formats say, as pure functions: values in, values out."""
