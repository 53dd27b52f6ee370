/**
 * The gRPC side of the server, and the only package of it that names {@code io.grpc} and generated
 * types: transports, services, admission, and the two translations, of messages ({@code
 * ProtoMapper}) and of errors ({@code StatusMapper}).
 *
 * <p>In: {@code app}, which starts and stops a {@link io.siskin.server.rpc.GrpcServer}. Out: {@code
 * retrieve}, whose {@code Retriever} does all the work.
 */
@NullMarked
package io.siskin.server.rpc;

import org.jspecify.annotations.NullMarked;
