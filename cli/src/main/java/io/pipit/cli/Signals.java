package io.pipit.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Hears signals of the operating system. The JDK has a class for it that javac warns of wherever it is named, so it
 * is found by its name at run time.
 */
final class Signals {
    private Signals() {}

    /**
     * From now on a signal runs a task, on a thread of its own, instead of ending the process.
     *
     * @param name without SIG: {@code TERM}
     */
    static void handle(String name, Runnable task) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                task.run();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
            default -> "handler of " + name;
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handlerType}, handler);
            signal.getMethod("handle", signal, handlerType)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("this JDK hears no signals", missing);
        }
    }
}
