"""Writes what real Keras 3 on TensorFlow computes for small models: src/test/resources/keras/cases.json.

Run:  python model/src/test/python/keras_fixtures.py model/src/test/resources/keras/cases.json
Tensors are made by pattern(), which the Java test repeats; of large results every STRIDE-th element is kept.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

KEEP = 400


def pattern(shape, salt, scale):
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((i * 7919 + salt * 104729) % 20011 / 20011.0 - 0.5) * scale).astype(np.float32).reshape(shape)


def layer(text):
    w = text.split()
    if w[0] == "conv2d":
        return keras.layers.Conv2D(int(w[1]), (int(w[2]), int(w[3])), strides=(int(w[4]), int(w[5])), padding=w[6], activation=w[7], trainable=w[8:] != ["frozen"])
    if w[0] == "maxpool":
        return keras.layers.MaxPooling2D((int(w[1]), int(w[2])), strides=(int(w[3]), int(w[4])), padding=w[5])
    if w[0] == "avgpool":
        return keras.layers.AveragePooling2D((int(w[1]), int(w[2])), strides=(int(w[3]), int(w[4])), padding=w[5])
    if w[0] == "globalavgpool":
        return keras.layers.GlobalAveragePooling2D(keepdims=w[1:] == ["keepdims"])
    if w[0] == "reshape":
        return keras.layers.Reshape([int(x) for x in w[1:]])
    if w[0] == "dense":
        return keras.layers.Dense(int(w[1]), activation=w[2], use_bias="nobias" not in w, trainable=w[-1] != "frozen")
    if w[0] == "flatten":
        return keras.layers.Flatten()
    if w[0] == "activation":
        return keras.layers.Activation(w[1])
    raise ValueError(text)


def optimizer(text):
    w = text.split()
    if w[0] == "adam":
        return keras.optimizers.Adam(float(w[1]))
    if w[0] == "adamw":
        return keras.optimizers.AdamW(float(w[1]), weight_decay=float(w[2]))
    if w[0] == "rmsprop":
        return keras.optimizers.RMSprop(float(w[1]), rho=float(w[2]), momentum=float(w[3]), centered=w[4] == "centered")
    if w[0] == "adagrad":
        return keras.optimizers.Adagrad(float(w[1]), initial_accumulator_value=float(w[2]))
    return keras.optimizers.SGD(float(w[1]), momentum=float(w[2]), nesterov=w[3] == "nesterov")


def kept(a):
    a = np.asarray(a).reshape(-1)
    stride = max(1, len(a) // KEEP)
    return {"size": len(a), "stride": stride, "values": [float(x) for x in a[::stride]]}


def targets(loss, rows, out, step):
    classes = out[-1]
    labels = [(r * 7 + step * 3) % classes for r in range(rows)]
    if loss == "sparse_categorical_crossentropy":
        return np.array(labels, np.int32)
    if loss == "categorical_crossentropy":
        t = pattern((rows,) + tuple(out), 900 + step, 1.0) + 0.5
        return (t / t.sum(-1, keepdims=True)).astype(np.float32)
    t = pattern((rows,) + tuple(out), 900 + step, 1.0)
    return (t > 0).astype(np.float32) if loss == "binary_crossentropy" else t


def metrics(loss):
    if loss == "sparse_categorical_crossentropy":
        return ["accuracy"]
    return ["accuracy", "binary_accuracy", "mean_absolute_error", "mean_squared_error"]


def case(name, input_shape, layers, loss, opt, rows):
    keras.backend.clear_session()
    model = keras.Sequential([keras.Input(input_shape)] + [layer(x) for x in layers])
    for i, v in enumerate(model.weights):
        fan = int(np.prod(v.shape[:-1])) if len(v.shape) > 1 else 25
        v.assign(pattern(v.shape, i + 1, 4.0 / np.sqrt(fan)))
    model.compile(optimizer=optimizer(opt), loss=loss, metrics=metrics(loss))
    out = model.output_shape[1:]
    scale = float(os.environ.get("SCALE", "2"))
    first = pattern((rows[0],) + tuple(input_shape), 100, scale)
    predictions = model.predict(first, verbose=0, batch_size=rows[0])
    loss_function = keras.losses.get(loss)

    @tf.function
    def gradients(x, y):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss_function(y, model(x, training=True)))
        return tape.gradient(value, [v.value for v in model.trainable_variables])

    grads = gradients(first, targets(loss, rows[0], out, 0))
    losses, measured = [], {metric: [] for metric in metrics(loss)}
    for step, n in enumerate(rows):
        x = pattern((n,) + tuple(input_shape), 100 + step, scale)
        model.reset_metrics()
        l, *values = model.train_on_batch(x, targets(loss, n, out, step))
        losses.append(float(l))
        for metric, value in zip(metrics(loss), values):
            measured[metric].append(float(value))
    return {
        "name": name, "input": list(input_shape), "layers": layers, "loss": loss, "optimizer": opt, "rows": rows,
        "predictions": kept(predictions), "gradients": [kept(g) for g in grads], "losses": losses, "metrics": measured,
        "weights": [kept(v.numpy()) for v in model.weights],
        "slots": [kept(v.numpy()) for v in model.optimizer.variables[2:]],
    }


SPARSE, CAT, MSE, MAE = "sparse_categorical_crossentropy", "categorical_crossentropy", "mean_squared_error", "mean_absolute_error"
BINARY = "binary_crossentropy"
SMOOTH = ["elu", "exponential", "gelu", "hard_sigmoid", "leaky_relu", "relu6", "selu", "silu", "softplus", "softsign"]
CASES = [
    case("dense_linear", [5], ["dense 3 linear"], MSE, "sgd 0.1 0 plain", [7, 7, 3]),
    case("article_w_5_10", [5], ["dense 10 linear nobias"], MSE, "adam 0.1", [2, 2, 2, 2, 2]),
    case("mlp_tanh_sigmoid", [6], ["dense 8 tanh", "dense 7 sigmoid", "dense 4 softmax"], SPARSE, "sgd 0.2 0 plain", [9, 9, 4]),
    case("momentum", [6], ["dense 8 relu", "dense 4 softmax"], SPARSE, "sgd 0.05 0.9 plain", [9] * 6),
    case("nesterov", [6], ["dense 8 relu", "dense 4 softmax"], SPARSE, "sgd 0.05 0.9 nesterov", [9] * 6),
    case("adam", [6], ["dense 8 relu", "dense 4 softmax"], CAT, "adam 0.01", [9] * 12),
    case("dense_positions", [3, 5], ["dense 4 relu", "dense 2 linear"], MSE, "adam 0.01", [6, 6, 2]),
    case("cat_positions", [3, 5], ["dense 4 softmax"], CAT, "sgd 0.1 0 plain", [6, 6, 2]),
    case("softmax_hidden", [3, 5], ["dense 6 softmax", "flatten", "dense 3 linear"], MSE, "sgd 0.1 0 plain", [6, 6]),
    case("sparse_probabilities", [6], ["dense 4 softmax", "flatten"], SPARSE, "sgd 0.1 0 plain", [8, 8]),
    case("cat_probabilities", [6], ["dense 4 softmax", "flatten"], CAT, "sgd 0.1 0 plain", [8, 8]),
    case("sparse_sigmoid_keeps_logits", [6], ["dense 4 sigmoid"], SPARSE, "sgd 0.1 0 plain", [8, 8]),
    case("cat_sigmoid_keeps_logits", [6], ["dense 4 sigmoid"], CAT, "sgd 0.1 0 plain", [8, 8]),
    case("sparse_relu_outputs", [6], ["dense 4 relu"], SPARSE, "sgd 0.001 0 plain", [8, 8]),
    case("activation_layers", [6], ["dense 8 linear", "activation tanh", "activation relu", "dense 5 linear", "activation sigmoid", "dense 4 linear", "activation softmax"], SPARSE, "adam 0.01", [8, 8]),
    case("binary_accuracy", [6], ["dense 1 linear"], MSE, "sgd 0.1 0 plain", [8, 8]),
    case("conv_valid", [7, 6, 2], ["conv2d 4 3 2 1 1 valid relu", "flatten", "dense 3 softmax"], SPARSE, "adam 0.01", [5, 5, 2]),
    case("conv_same_strided", [7, 8, 3], ["conv2d 4 3 3 2 2 same tanh", "conv2d 5 2 3 1 2 same relu", "flatten", "dense 3 softmax"], SPARSE, "adam 0.01", [5, 5, 2]),
    case("conv_strided_valid_after_conv", [9, 9, 2], ["conv2d 3 2 2 1 1 same relu", "conv2d 4 3 3 2 2 valid relu", "flatten", "dense 3 linear"], MSE, "sgd 0.1 0.5 plain", [5, 5, 2]),
    case("maxpool", [8, 8, 2], ["conv2d 4 3 3 1 1 same linear", "maxpool 2 2 2 2 valid", "conv2d 3 2 2 1 1 valid tanh", "maxpool 3 2 2 1 same", "flatten", "dense 3 softmax"], SPARSE, "adam 0.01", [5, 5, 2]),
    case("avgpool", [8, 7, 2], ["conv2d 4 3 3 1 1 same gelu", "avgpool 2 2 2 2 valid", "conv2d 3 2 2 1 1 same tanh", "avgpool 3 2 2 1 same", "flatten", "dense 3 softmax"], SPARSE, "adam 0.01", [5, 5, 2]),
    case("globalavgpool", [6, 5, 2], ["conv2d 4 3 3 1 1 same elu", "globalavgpool", "dense 3 softmax"], SPARSE, "adamw 0.01 0.1", [5, 5, 2]),
    case("globalavgpool_keepdims", [6, 5, 2], ["conv2d 4 3 3 1 1 valid silu", "globalavgpool keepdims", "conv2d 3 1 1 1 1 valid linear", "flatten"], MAE, "sgd 0.05 0 plain", [5, 5, 2]),
    case("reshape", [12], ["dense 24 relu", "reshape 3 4 -1", "conv2d 3 2 2 1 1 same selu", "reshape 6 6", "dense 2 linear"], MSE, "rmsprop 0.01 0.9 0 plain", [5, 5, 2]),
    case("vgg", [12, 12, 1], ["conv2d 4 3 3 1 1 same relu", "conv2d 4 3 3 1 1 same relu", "maxpool 2 2 2 2 valid", "conv2d 8 3 3 1 1 same relu", "conv2d 8 3 3 1 1 same relu", "avgpool 2 2 2 2 valid", "conv2d 8 3 3 2 2 same gelu", "globalavgpool", "dense 5 softmax"], SPARSE, "adamw 0.003 0.004", [8, 8, 8, 3]),
    case("mae", [6], ["dense 8 softplus", "dense 3 linear"], MAE, "adagrad 0.1 0.1", [8] * 5),
    case("binary_one", [6], ["dense 8 gelu", "dense 1 sigmoid"], BINARY, "rmsprop 0.01 0.9 0.5 centered", [8] * 5),
    case("binary_many", [6], ["dense 8 leaky_relu", "dense 5 sigmoid"], BINARY, "rmsprop 0.01 0.8 0.5 plain", [8] * 5),
    case("binary_positions", [3, 5], ["dense 4 softsign", "dense 2 linear", "activation sigmoid"], BINARY, "adagrad 0.05 0", [6, 6, 2]),
    case("binary_probabilities", [6], ["dense 6 sigmoid", "reshape 3 2"], BINARY, "rmsprop 0.01 0.9 0 centered", [8, 8]),
    *[case("smooth_" + f, [6], ["dense 8 " + f, "activation " + f, "dense 3 linear"], MSE, "adamw 0.01 0.05", [8, 8, 3]) for f in SMOOTH],
    case("frozen_first", [7, 6, 2], ["conv2d 4 3 2 1 1 valid relu frozen", "maxpool 2 2 1 1 valid", "conv2d 3 2 2 1 1 valid tanh", "flatten", "dense 3 softmax"], SPARSE, "adam 0.01", [5, 5, 2]),
    case("frozen_middle", [6, 6, 2], ["conv2d 4 2 2 1 1 same tanh", "conv2d 3 2 2 1 1 valid gelu frozen", "avgpool 2 2 1 1 valid", "flatten", "dense 5 sigmoid nobias frozen", "dense 4 relu", "dense 3 softmax frozen"], SPARSE, "rmsprop 0.01 0.9 0.5 centered", [6, 6, 6, 3]),
    case("article_cnn", [28, 28, 1], ["conv2d 32 3 3 1 1 valid relu", "flatten", "dense 10 softmax"], SPARSE, "adam 0.001", [128, 128, 128, 128, 96]),
]
with open(sys.argv[1], "w") as f:
    json.dump({"keras": keras.__version__, "tensorflow": tf.__version__, "cases": CASES}, f, separators=(",", ":"))
    f.write("\n")
