"""Pages for who asks for documents, reads them and rates what they are made of."""
