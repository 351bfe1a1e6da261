package io.distributedlock.sample.stock;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * There are fewer units than were asked for.
 */
class SoldOutException extends ResponseStatusException {

	SoldOutException(String sku, int wanted, int available) {
		super(HttpStatus.CONFLICT, "Sold out: %d of '%s' wanted, %d left.".formatted(wanted, sku, available));
	}

}
