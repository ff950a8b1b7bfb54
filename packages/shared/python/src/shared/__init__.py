"""What every insight worker shares."""
