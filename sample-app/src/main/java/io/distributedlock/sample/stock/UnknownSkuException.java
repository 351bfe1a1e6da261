package io.distributedlock.sample.stock;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Nobody has ever set a stock level for an article.
 */
class UnknownSkuException extends ResponseStatusException {

	UnknownSkuException(String sku) {
		super(HttpStatus.NOT_FOUND,
				"There is no article '%s'. Create it with PUT /stock/{sku}?quantity=N.".formatted(sku));
	}

}
