"""Opens checkpoints that the Java writer made: restore_keras.py DIR, with one checkpoint DIR/CASE/ckpt-7 a case.

For each way in which users build models and optimizers, all objects must match, every variable must have the
checkpoint's value, and the next training step must be the same as from variables that were assigned by hand.
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

L = keras.layers
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


def cnn(*between):
    return lambda: [L.Conv2D(4, 3, activation="relu"), *[make() for make in between], L.Flatten(), L.Dense(10, activation="softmax")]


def schedule():
    return keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)


CASES = {
    "adam": (cnn(), lambda: keras.optimizers.Adam(0.5)),
    "amsgrad": (cnn(), lambda: keras.optimizers.Adam(0.5, amsgrad=True)),
    "sgd": (cnn(lambda: L.Dropout(0.5)), lambda: keras.optimizers.SGD(0.5)),
    "momentum": (cnn(lambda: L.Dropout(0.5, seed=1)), lambda: keras.optimizers.SGD(0.5, momentum=0.9, nesterov=True)),
    "pooling": (cnn(lambda: L.MaxPooling2D(2), lambda: L.Activation("relu")), lambda: keras.optimizers.Adam(0.5)),
    "adamw": (cnn(), lambda: keras.optimizers.AdamW(0.5)),
    "rmsprop": (cnn(L.GlobalAveragePooling2D), lambda: keras.optimizers.RMSprop(0.5)),
    "centered": (cnn(), lambda: keras.optimizers.RMSprop(0.5, momentum=0.9, centered=True)),
    "adagrad": (cnn(lambda: L.AveragePooling2D(2), lambda: L.Reshape((4, 4))), lambda: keras.optimizers.Adagrad(0.5)),
    "normalized": (cnn(L.BatchNormalization), lambda: keras.optimizers.Adam(schedule())),
}


def sequential(layers):
    return keras.Sequential([keras.Input((6, 6, 1)), *layers()])


def without_input(layers):
    model = keras.Sequential(layers())
    model.build((None, 6, 6, 1))
    return model


def functional(layers):
    x = inputs = keras.Input((6, 6, 1))
    for layer in layers():
        x = layer(x)
    return keras.Model(inputs, x)


def weights(model):
    """Dropout's seed counts as a weight to Keras and is never saved by tf.train.Checkpoint."""
    return [v for v in model.variables if "seed_generator" not in v.path]


def expected_weights(model, reader):
    trainable = iter(range(1000))
    values = []
    for variable in weights(model):
        if variable.trainable:
            values.append(reader.get_tensor("optimizer/_trainable_variables/%d" % next(trainable) + VALUE))
        else:
            values.append(reader.get_tensor("model/_functional/_operations/2/" + variable.path.split("/")[-1] + VALUE))
    return values


def expected_optimizer(optimizer, reader):
    values = []
    for i, variable in enumerate(optimizer.variables):
        name = variable.path.split("/")[-1]
        key = {"iteration": "_iterations", "learning_rate": "_learning_rate"}.get(name, "_variables/%d" % i)
        values.append(reader.get_tensor("optimizer/" + key + VALUE))
    return values


def require_equal(variables, values, what):
    assert len(variables) == len(values), what
    for variable, value in zip(variables, values):
        np.testing.assert_array_equal(np.array(variable), value, err_msg="%s: %s" % (what, variable.path))


def step(model, optimizer, rng):
    x, y = rng.random((8, 6, 6, 1), dtype="float32"), rng.integers(0, 10, 8)
    with tf.GradientTape() as tape:
        predictions = model(x, training=False)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, predictions))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    return predictions.numpy()


def check_step(build, layers, make_optimizer, model, optimizer, reader, what):
    by_hand, hand_optimizer = build(layers), make_optimizer()
    hand_optimizer.build(by_hand.trainable_variables)
    for variable, value in zip(weights(by_hand), expected_weights(by_hand, reader)):
        variable.assign(value)
    for variable, value in zip(hand_optimizer.variables, expected_optimizer(hand_optimizer, reader)):
        variable.assign(value)
    a = step(model, optimizer, np.random.default_rng(5))
    b = step(by_hand, hand_optimizer, np.random.default_rng(5))
    np.testing.assert_array_equal(a, b, err_msg=what + ": predictions")
    require_equal(weights(model), [np.array(v) for v in weights(by_hand)], what + ": after a step")
    require_equal(optimizer.variables, [np.array(v) for v in hand_optimizer.variables], what + ": after a step")


def restore_all_ways(case, prefix):
    layers, make_optimizer = CASES[case]
    reader = tf.train.load_checkpoint(prefix)
    thorough = case in ("adam", "normalized")
    for build in (sequential, without_input, functional) if thorough else (sequential,):
        for built in (True, False):
            what = "%s, %s, optimizer built: %s" % (case, build.__name__, built)
            model, optimizer = build(layers), make_optimizer()
            if built:
                optimizer.build(model.trainable_variables)
            status = tf.train.Checkpoint(model=model, optimizer=optimizer).restore(prefix)
            status.assert_existing_objects_matched()
            if built:
                status.assert_consumed()
            else:
                optimizer.build(model.trainable_variables)
                status.assert_consumed()
            require_equal(weights(model), expected_weights(model, reader), what)
            require_equal(optimizer.variables, expected_optimizer(optimizer, reader), what)
            check_step(build, layers, make_optimizer, model, optimizer, reader, what)
            print("restored", what)

        model, optimizer = build(layers), make_optimizer()
        model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", run_eagerly=True)
        model.train_on_batch(np.random.rand(8, 6, 6, 1), np.random.randint(0, 10, 8))
        tf.train.Checkpoint(model=model, optimizer=optimizer).restore(prefix).assert_consumed()
        require_equal(weights(model), expected_weights(model, reader), case + ": fitted before")
        require_equal(optimizer.variables, expected_optimizer(optimizer, reader), case + ": fitted before")

        for names in ({"model": 1}, {"net": 1}, {"net": 1, "optimizer": 1}):
            model, optimizer = build(layers), make_optimizer()
            optimizer.build(model.trainable_variables)
            objects = {name: optimizer if name == "optimizer" else model for name in names}
            status = tf.train.Checkpoint(**objects).restore(prefix)
            status.assert_existing_objects_matched()
            if "optimizer" in names:
                status.assert_consumed()
            require_equal(weights(model), expected_weights(model, reader), "%s: %s" % (case, names))

        model = build(layers)
        tf.train.Checkpoint(model).restore(prefix).assert_existing_objects_matched()
        require_equal(weights(model), expected_weights(model, reader), case + ": Checkpoint(model)")

        checkpoint = tf.train.Checkpoint(model=build(layers))
        checkpoint.restore(prefix).assert_existing_objects_matched()
        assert int(checkpoint.save_counter) == 7, checkpoint.save_counter


def main(directory):
    cases = sorted(os.listdir(directory))
    assert cases == sorted(CASES), cases
    for case in cases:
        state = tf.train.get_checkpoint_state(os.path.join(directory, case))
        prefix = tf.train.latest_checkpoint(os.path.join(directory, case))
        assert prefix == os.path.join(directory, case, "ckpt-7"), prefix
        assert list(state.all_model_checkpoint_paths) == [prefix], state
        restore_all_ways(case, prefix)
    print("Keras %s, TensorFlow %s" % (keras.__version__, tf.__version__))


main(sys.argv[1])
