package io.pipit.simulation;

/** What is delivered was published as it is, and asked for. */
final class OnlySubscribed implements Rule {
    @Override
    public void delivered(Delivery delivery) {
        Published message = delivery.message();
        ModelSession session = delivery.session();
        if (!message.payload().equals(delivery.packet().payload())) {
            throw new Violation("integrity", message + " was delivered with another payload");
        }
        boolean own = message.publisher() == session.client();
        boolean wanted = session.wishes().stream()
                .anyMatch(wish -> wish.allows(message)
                        && !(own && wish.request().options().noLocal()));
        if (!wanted) {
            throw new Violation(
                    "only-subscribed",
                    message + " was delivered to client " + session.client() + ", which did not ask for it");
        }
    }
}
