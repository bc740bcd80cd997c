"""What OpenTofu and Terraform say, and what it means for the data in the cloud."""
