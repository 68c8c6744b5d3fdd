SELECT DISTINCT received_value FROM core_incident_version WHERE received_value IS NOT NULL ORDER BY 1;
