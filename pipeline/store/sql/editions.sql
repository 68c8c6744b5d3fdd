SELECT day, method_id, revision FROM out_edition ORDER BY day, method_id, revision;
