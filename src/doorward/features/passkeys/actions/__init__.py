"""What others ask of passkeys: `reading` makes values of bytes, `ceremonies` judges, `keeping` lists and deletes."""
