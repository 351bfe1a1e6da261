package io.distributedlock.sample.stock;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Stock over HTTP.
 */
@RestController
@RequestMapping("/stock/{sku}")
class StockController {

	private final StockService stock;

	StockController(StockService stock) {
		this.stock = stock;
	}

	@GetMapping
	StockLevel get(@PathVariable String sku) {
		return new StockLevel(sku, this.stock.get(sku));
	}

	@PutMapping
	StockLevel set(@PathVariable String sku, @RequestParam int quantity) {
		requireAtLeast(0, quantity);
		this.stock.set(sku, quantity);
		return new StockLevel(sku, quantity);
	}

	@PostMapping("/reserve")
	StockLevel reserve(@PathVariable String sku, @RequestParam(defaultValue = "1") int quantity) {
		requireAtLeast(1, quantity);
		return new StockLevel(sku, this.stock.reserve(sku, quantity));
	}

	private static void requireAtLeast(int minimum, int quantity) {
		if (quantity < minimum) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"The quantity must be at least %d but is %d.".formatted(minimum, quantity));
		}
	}

}
