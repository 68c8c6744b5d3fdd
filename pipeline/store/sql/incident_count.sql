SELECT count(*) FROM core_incident_version;
