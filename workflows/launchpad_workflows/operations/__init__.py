"""What can be done with a resource, one operation a file: the same for all provisioners."""
