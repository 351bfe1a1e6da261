package io.distributedlock.interceptor;

import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;

/**
 * One lock that a call needs.
 *
 * @param spec what to lock and how
 * @param onContention what to do if somebody else holds it
 */
record LockRequest(LockSpec spec, OnContention onContention) {

}
