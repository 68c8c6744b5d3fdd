SELECT period, day, method_id, revision FROM out_edition ORDER BY day, period, method_id, revision;
