package io.distributedlock.sample.order;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Service;
import org.springframework.util.Assert;

/**
 * Pays orders under one lock per order. With no name, the key of the lock is the order id
 * alone, and its key in Redis for order 42 is {@code lock:{42}}.
 */
@Service
public class OrderService {

	private final PaymentRepository payments;

	OrderService(PaymentRepository payments) {
		this.payments = payments;
	}

	/**
	 * Pay an order unless it is paid. Without the lock, two callers could both find it
	 * unpaid.
	 * @param orderId the order
	 * @param lease the lease of the lock: callers pass null
	 * @return the payment
	 */
	@DistributedLock(key = "#orderId", ttl = "10s")
	public Payment pay(String orderId, @Nullable LockLease lease) {
		Assert.state(lease != null, "An order is not paid without its lock");
		this.payments.find(orderId).ifPresent((payment) -> {
			throw new AlreadyPaidException(payment);
		});
		Payment payment = new Payment(orderId, lease.fencingToken());
		this.payments.save(payment);
		return payment;
	}

}
