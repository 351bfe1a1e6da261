package io.distributedlock.interceptor;

import io.distributedlock.LockSpec;

/**
 * One lock that a call needs.
 *
 * @param spec what to lock and how
 * @param policies what to do without it
 */
record LockRequest(LockSpec spec, LockPolicies policies) {

}
