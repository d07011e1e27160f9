package io;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Annotations through serialization, often enough that reflection generates its accessors. */
public class AnnotationCopies {
    @Retention(RetentionPolicy.RUNTIME)
    @interface Inner { int x() default 3; }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Outer {
        Inner inner();
        Inner[] more();
        Class<?> type() default AnnotationCopies.class;
        ElementType where() default ElementType.FIELD;
    }

    @Outer(inner = @Inner(x = 5), more = {@Inner, @Inner(x = 8)})
    static class Annotated {}

    public static void main(String[] args) throws Exception {
        Object original = Annotated.class.getAnnotation(Outer.class);
        int equal = 0;
        for (int i = 0; i < 40; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(original);
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                Object copy = in.readObject();
                if (copy.equals(original) && copy.hashCode() == original.hashCode()) equal++;
            }
        }
        System.out.println(equal);
    }
}
