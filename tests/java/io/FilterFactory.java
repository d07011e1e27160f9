package io;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** A factory of deserialisation filters that is named by a property. */
// uvm-test: define jdk.serialFilterFactory=io.FilterFactory$Factory
public class FilterFactory {
    public static class Factory implements BinaryOperator<ObjectInputFilter> {
        @Override public ObjectInputFilter apply(ObjectInputFilter current, ObjectInputFilter next) {
            System.out.println("asked for a filter: " + (current == null) + " " + (next == null));
            return info -> info.serialClass() == ArrayList.class ? ObjectInputFilter.Status.REJECTED
                                                                 : ObjectInputFilter.Status.UNDECIDED;
        }
    }

    static Object copy(Object object) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    public static void main(String[] args) throws Exception {
        System.out.println(ObjectInputFilter.Config.getSerialFilterFactory().getClass().getName());
        System.out.println(copy(List.of(1, 2)));
        try {
            System.out.println(copy(new ArrayList<>(List.of(1, 2))));
        } catch (InvalidClassException e) {
            System.out.println(e.getMessage());
        }
    }
}
