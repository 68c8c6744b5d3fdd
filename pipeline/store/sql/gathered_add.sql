INSERT INTO gathered SELECT place_value, category_value, days FROM arriving WHERE validity = 'valid';
