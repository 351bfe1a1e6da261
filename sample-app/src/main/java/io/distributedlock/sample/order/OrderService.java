package io.distributedlock.sample.order;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;

import org.springframework.stereotype.Service;

/**
 * Pays orders under one lock per order. With no name, the key of the lock is the order id
 * alone, and its key in Redis for order 42 is {@code lock:{42}}.
 */
@Service
public class OrderService {

	private final PaymentRepository payments;

	private final LockOperations locks;

	OrderService(PaymentRepository payments, LockOperations locks) {
		this.payments = payments;
		this.locks = locks;
	}

	/**
	 * Pay an order unless it is paid. Without the lock, two callers could both find it
	 * unpaid.
	 * @param orderId the order
	 * @return the payment
	 */
	@DistributedLock(key = "#orderId", ttl = "10s")
	public Payment pay(String orderId) {
		this.payments.find(orderId).ifPresent((payment) -> {
			throw new AlreadyPaidException(payment);
		});
		Payment payment = new Payment(orderId, fencingToken(orderId));
		this.payments.save(payment);
		return payment;
	}

	private long fencingToken(String orderId) {
		// The annotation has no way to pass the lease to the method. This thread holds
		// the lock already, so acquiring it again only looks at the lease: it sends no
		// command to Redis, and closing it leaves the outer hold alone.
		try (LockLease lease = this.locks.acquire(LockSpec.of(orderId))) {
			return lease.fencingToken();
		}
	}

}
