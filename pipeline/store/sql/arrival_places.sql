UPDATE arrival
SET place_value = arriving_places.place_value, longitude = NULL, latitude = NULL
FROM arriving_places
WHERE arrival.file_number = $file_number AND arrival.file_row = arriving_places.file_row;
