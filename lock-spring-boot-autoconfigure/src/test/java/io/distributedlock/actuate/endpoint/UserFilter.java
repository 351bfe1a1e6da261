package io.distributedlock.actuate.endpoint;

import java.io.IOException;
import java.security.Principal;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Takes the user from a header, as a security filter would from credentials.
 */
final class UserFilter extends HttpFilter {

	static final String HEADER = "X-User";

	@Override
	protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		String user = request.getHeader(HEADER);
		chain.doFilter(new HttpServletRequestWrapper(request) {

			@Override
			public @Nullable Principal getUserPrincipal() {
				return (user != null) ? () -> user : null;
			}

		}, response);
	}

}
