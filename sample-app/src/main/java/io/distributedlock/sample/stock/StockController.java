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

	private static final int MAX_BUYERS = 200;

	private final StockService stock;

	private final SaleService sales;

	StockController(StockService stock, SaleService sales) {
		this.stock = stock;
		this.sales = sales;
	}

	@GetMapping
	StockLevel get(@PathVariable String sku) {
		return new StockLevel(sku, this.stock.get(sku));
	}

	@PutMapping
	StockLevel set(@PathVariable String sku, @RequestParam int quantity) {
		requireAtLeast(0, "quantity", quantity);
		this.stock.set(sku, quantity);
		return new StockLevel(sku, quantity);
	}

	@PostMapping("/reserve")
	StockLevel reserve(@PathVariable String sku, @RequestParam(defaultValue = "1") int quantity) {
		requireAtLeast(1, "quantity", quantity);
		return new StockLevel(sku, this.stock.reserve(sku, quantity));
	}

	@PostMapping("/count")
	StockLevel count(@PathVariable String sku) {
		return new StockLevel(sku, this.stock.count(sku, null));
	}

	@PostMapping("/sale")
	Sale sell(@PathVariable String sku, @RequestParam int units, @RequestParam int buyers,
			@RequestParam(defaultValue = "true") boolean locked) {
		requireAtLeast(0, "units", units);
		requireAtLeast(1, "buyers", buyers);
		if (buyers > MAX_BUYERS) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"There is room for %d buyers, not for %d.".formatted(MAX_BUYERS, buyers));
		}
		return this.sales.hold(sku, units, buyers, locked);
	}

	private static void requireAtLeast(int minimum, String name, int value) {
		if (value < minimum) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'%s' must be at least %d but is %d.".formatted(name, minimum, value));
		}
	}

}
