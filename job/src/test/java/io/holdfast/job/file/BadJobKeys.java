package io.holdfast.job.file;

import static io.holdfast.job.file.BadJobFilesTest.bad;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Unknown, missing and doubled keys, and values of the wrong type or out of range. */
final class BadJobKeys {
  private static final String MAX_DIM = "16777216";

  private BadJobKeys() {}

  static Stream<Arguments> keys() {
    return Stream.of(
        bad(
            "optimizer:",
            "optimiser:",
            "optimiser: unknown key `optimiser`; did you mean `optimizer`?"),
        bad("seed:", "Seed:", "Seed: unknown key `Seed`; did you mean `seed`?"),
        bad(
            "filters:",
            "filter:",
            "model.layers[0].conv2d.filter: unknown key `filter`; did you mean `filters`?"),
        bad(
            "conv2d:",
            "conv3d:",
            "model.layers[0].conv3d: unknown layer `conv3d`; did you mean `conv2d`?"),
        bad(
            "- flatten",
            "- flaten",
            "model.layers[2]: unknown layer `flaten`; did you mean `flatten`?"),
        bad(
            "- flatten",
            "- zzzzzzzzzz",
            "model.layers[2]: unknown layer `zzzzzzzzzz`; allowed: activation, average_pooling2d, conv2d, dense, dropout, flatten, global_average_pooling2d, max_pooling2d, reshape"),
        bad("{adam:", "{adma:", "optimizer.adma: unknown optimizer `adma`; did you mean `adam`?"),
        bad(
            "learning_rate:",
            "lerning_rate:",
            "optimizer.adam.lerning_rate: unknown key `lerning_rate`; did you mean `learning_rate`?"),
        bad(
            "batch_size:",
            "batchsize:",
            "data.batchsize: unknown key `batchsize`; did you mean `batch_size`?"),
        bad("shards:", "shard:", "mesh.shard: unknown key `shard`; did you mean `shards`?"),
        bad(
            "every_steps:",
            "every_step:",
            "checkpoint.every_step: unknown key `every_step`; did you mean `every_steps`?"),
        bad(
            "monitor:",
            "monitors:",
            "checkpoint.save_best.monitors: unknown key `monitors`; did you mean `monitor`?"),
        bad("seed: 42", "seed: 42\nseed: 43", "seed: line 3, column 1: stands twice"),
        bad(
            "units: 10,",
            "units: 10, units: 11,",
            "model.layers[4].dense.units: line 10, column 26: stands twice"),
        bad(
            "loss: sparse_categorical_crossentropy\n",
            "",
            "loss: missing; one of binary_crossentropy, categorical_crossentropy, mean_absolute_error, mean_squared_error, sparse_categorical_crossentropy is needed"),
        bad(
            "optimizer: {adam: {learning_rate: 0.001}}\n",
            "",
            "optimizer: missing; one of adagrad, adam, adamw, rmsprop, sgd is needed"),
        bad("epochs: 3\n", "", "epochs: missing; epochs, steps or both are needed"),
        bad(
            "  input: [8, 8, 1]\n",
            "",
            "model.input: missing; a list of 1 to 7 dimensions such as [28, 28, 1] is needed"),
        bad(
            "filters: 4, ",
            "",
            "model.layers[0].conv2d.filters: missing; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "kernel_size: 3, ",
            "",
            "model.layers[0].conv2d.kernel_size: missing; an integer or a list of two is needed"),
        bad(
            "{units: 10, activation: softmax}",
            "",
            "model.layers[4].dense.units: missing; an integer from 1 to " + MAX_DIM + " is needed"),
        bad(
            "{rate: 0.5}",
            "{}",
            "model.layers[3].dropout.rate: missing; a number from 0 and below 1 is needed"),
        bad(
            "monitor: val_loss, ",
            "",
            "checkpoint.save_best.monitor: missing; the name of a metric such as val_loss is needed"),
        bad(
            "  train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}\n",
            "",
            "data.train: missing; a map with idx, csv or random is needed"),
        bad(
            "samples: 100, ",
            "",
            "data.train.random.samples: missing; an integer from 1 to 2147483639 is needed"));
  }

  static Stream<Arguments> values() {
    return Stream.of(
        bad(
            "units: 10",
            "units: 0",
            "model.layers[4].dense.units: 0 is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "units: 10",
            "units: ten",
            "model.layers[4].dense.units: \"ten\" is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "units: 10",
            "units: 10.5",
            "model.layers[4].dense.units: 10.5 is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "units: 10",
            "units: 99999999999999999999",
            "model.layers[4].dense.units: 99999999999999999999 is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "kernel_size: 3",
            "kernel_size: [3]",
            "model.layers[0].conv2d.kernel_size: [3] is not allowed; an integer from 1 to 16384 or a list of two is needed"),
        bad(
            "kernel_size: 3",
            "kernel_size: [3, -1]",
            "model.layers[0].conv2d.kernel_size[1]: -1 is not allowed; an integer from 1 to 16384 is needed"),
        bad(
            "activation: relu",
            "activation: rely",
            "model.layers[0].conv2d.activation: unknown name `rely`; did you mean `relu`?"),
        bad(
            "activation: relu",
            "activation: 1",
            "model.layers[0].conv2d.activation: 1 is not allowed; one of elu, exponential, gelu, hard_sigmoid, leaky_relu, linear, relu, relu6, selu, sigmoid, silu, softmax, softplus, softsign, tanh is needed"),
        bad(
            "activation: relu",
            "activation: relu, padding: sam",
            "model.layers[0].conv2d.padding: unknown name `sam`; did you mean `same`?"),
        bad(
            "activation: relu",
            "activation: relu, use_bias: 1",
            "model.layers[0].conv2d.use_bias: 1 is not allowed; true or false is needed"),
        bad(
            "activation: relu",
            "activation: relu, trainable: 0",
            "model.layers[0].conv2d.trainable: 0 is not allowed; true or false is needed"),
        bad(
            "activation: relu",
            "activation: relu, name: a/b",
            "model.layers[0].conv2d.name: \"a/b\" is not allowed; a name of 1 to 128 letters, digits, _, - and . is needed"),
        bad(
            "activation: relu",
            "activation: relu, name: dense",
            "model.layers[4].dense.name: \"dense\" is the name of another layer; names must differ"),
        bad(
            "rate: 0.5",
            "rate: 1.0",
            "model.layers[3].dropout.rate: 1.0 is not allowed; a number from 0 and below 1 is needed"),
        bad(
            "rate: 0.5",
            "rate: .nan",
            "model.layers[3].dropout.rate: \".nan\" is not allowed; a number from 0 and below 1 is needed"),
        bad(
            "input: [8, 8, 1]",
            "input: 64",
            "model.input: 64 is not allowed; a list of 1 to 7 dimensions such as [28, 28, 1] is needed"),
        bad(
            "input: [8, 8, 1]",
            "input: [8, 0, 1]",
            "model.input[1]: 0 is not allowed; an integer from 1 to " + MAX_DIM + " is needed"),
        bad(
            "input: [8, 8, 1]",
            "input: [16777216, 16777216]",
            "model.input: [16777216,16777216] is not allowed; a shape of at most 2147483647 elements is needed"),
        bad(
            "- flatten",
            "- {flatten: {}, dropout: {}}",
            "model.layers[2]: {\"flatten\":{},\"dropout\":{}} is not allowed; one layer (activation, average_pooling2d, conv2d, dense, dropout, flatten, global_average_pooling2d, max_pooling2d, reshape) is needed"),
        bad(
            "loss: sparse_categorical_crossentropy",
            "loss: sparse_categorical_cross_entropy",
            "loss: unknown name `sparse_categorical_cross_entropy`; did you mean `sparse_categorical_crossentropy`?"),
        bad(
            "learning_rate: 0.001",
            "learning_rate: 0",
            "optimizer.adam.learning_rate: 0 is not allowed; a number above 0 and up to 1000000 is needed"),
        bad(
            "learning_rate: 0.001",
            "learning_rate: \"fast\"",
            "optimizer.adam.learning_rate: \"fast\" is not allowed; a number above 0 and up to 1000000 is needed"),
        bad(
            "learning_rate: 0.001",
            "beta_1: 1",
            "optimizer.adam.beta_1: 1 is not allowed; a number from 0 and below 1 is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{adam: {}, sgd: {}}",
            "optimizer: {\"adam\":{},\"sgd\":{}} is not allowed; one optimizer (adagrad, adam, adamw, rmsprop, sgd) is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{adam: 0.001}",
            "optimizer.adam: 0.001 is not allowed; a map is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{sgd: {nesterov: true}}",
            "optimizer.sgd.nesterov: true is not allowed without a momentum"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{adamw: {weight_decay: -0.1}}",
            "optimizer.adamw.weight_decay: -0.1 is not allowed; a number from 0 and up to 1000000 is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{rmsprop: {beta_1: 0.9}}",
            "optimizer.rmsprop.beta_1: unknown key `beta_1`; allowed: centered, epsilon, learning_rate, momentum, rho"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{rmsprop: {rho: 1}}",
            "optimizer.rmsprop.rho: 1 is not allowed; a number from 0 and below 1 is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{adagrad: {initial_accumulator_value: -1}}",
            "optimizer.adagrad.initial_accumulator_value: -1 is not allowed; a number from 0 and up to 1000000 is needed"),
        bad(
            "- flatten",
            "- reshape",
            "model.layers[2].reshape.target_shape: missing; a list of 1 to 7 dimensions such as [7, 7, 64], one of which may be -1 is needed"),
        bad(
            "- flatten",
            "- reshape: {target_shape: [-1, -1]}",
            "model.layers[2].reshape.target_shape: [-1,-1] is not allowed; a list of 1 to 7 dimensions such as [7, 7, 64], one of which may be -1 is needed"),
        bad(
            "- flatten",
            "- reshape: {target_shape: [0]}",
            "model.layers[2].reshape.target_shape[0]: 0 is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "- flatten",
            "- global_average_pooling2d: {keepdims: 1}",
            "model.layers[2].global_average_pooling2d.keepdims: 1 is not allowed; true or false is needed"),
        bad(
            "metrics: [accuracy]",
            "metrics: accuracy",
            "metrics: \"accuracy\" is not allowed; a list such as [accuracy] is needed"),
        bad(
            "metrics: [accuracy]",
            "metrics: [acuracy]",
            "metrics[0]: unknown name `acuracy`; did you mean `accuracy`?"),
        bad(
            "metrics: [accuracy]",
            "metrics: [accuracy, accuracy]",
            "metrics[1]: \"accuracy\" stands twice"),
        bad(
            "batch_size: 16",
            "batch_size: 0",
            "data.batch_size: 0 is not allowed; an integer from 1 to 16777216 is needed"),
        bad(
            "shuffle: true",
            "shuffle: yes",
            "data.shuffle: \"yes\" is not allowed; true or false is needed"),
        bad(
            "epochs: 3",
            "epochs: 0",
            "epochs: 0 is not allowed; an integer from 1 to 1000000000 is needed"),
        bad(
            "epochs: 3",
            "steps: -1",
            "steps: -1 is not allowed; an integer from 1 to 281474976710656 is needed"),
        bad(
            "shards: 4",
            "shards: 0",
            "mesh.shards: 0 is not allowed; an integer from 1 to 4096 is needed"),
        bad(
            "model: 1,",
            "model: 2,",
            "mesh.model: 2 is not in this release; only 1 is (no model parallelism)"),
        bad(
            "isa: avx2",
            "isa: avx512",
            "mesh.isa: \"avx512\" is not in this release; only avx2 is"),
        bad(
            "epochs: 3",
            "epochs: 3\ncluster: {min_worker: 2}",
            "cluster.min_worker: unknown key `min_worker`; did you mean `min_workers`?"),
        bad(
            "epochs: 3",
            "epochs: 3\ncluster: {min_workers: 5}",
            "cluster.min_workers: 5 is more than mesh.shards, which is 4"),
        bad(
            "epochs: 3",
            "epochs: 3\ncluster: {replace_wait_secs: -1}",
            "cluster.replace_wait_secs: -1 is not allowed; a number from 0 and up to 86400 is needed"),
        bad(
            "epochs: 3",
            "epochs: 3\ncluster: {heartbeat_ms: 99}",
            "cluster.heartbeat_ms: 99 is not allowed; an integer from 100 to 60000 is needed"),
        bad(
            "epochs: 3",
            "epochs: 3\ncluster: {heartbeat_ms: 500, lease_ms: 1499}",
            "cluster.lease_ms: 1499 is less than 3 heartbeats of 500 ms; an integer from 1500 to 3600000 is needed"),
        bad("isa: avx2", "isa: sse", "mesh.isa: unknown name `sse`; allowed: avx2, avx512"),
        bad(
            "max_to_keep: 3",
            "max_to_keep: 0",
            "checkpoint.max_to_keep: 0 is not allowed; an integer from 1 to 1000000 is needed"),
        bad(
            "max_to_keep: 3",
            "every_secs: 0",
            "checkpoint.every_secs: 0 is not allowed; a number from 0.001 and up to 316224000 is needed"),
        bad(
            "mode: min",
            "mode: min, keep: 0",
            "checkpoint.save_best.keep: 0 is not allowed; an integer from 1 to 1000000 is needed"),
        bad(
            "max_to_keep: 3",
            "parity: 2",
            "checkpoint.parity: 2 is not allowed; an integer from 0 to 1 is needed"),
        bad(
            "mode: min",
            "mode: low",
            "checkpoint.save_best.mode: unknown name `low`; allowed: auto, max, min"),
        bad(
            "checkpoint:\n",
            "checkpoint: 7\nother:\n",
            "other: unknown key `other`; allowed: checkpoint, cluster, data, epochs, loss, mesh, metrics, model, name, optimizer, seed, steps"),
        bad(
            "name: good",
            "name: [a]",
            "name: [\"a\"] is not allowed; a name of 1 to 128 printable characters is needed"),
        bad(
            "name: good",
            "name: \"a\\nb\"",
            "name: \"a?b\" is not allowed; a name of 1 to 128 printable characters is needed"),
        bad(
            "seed: 42",
            "seed: 9223372036854775808",
            "seed: 9223372036854775808 is not allowed; an integer from -9223372036854775808 to 9223372036854775807 is needed"));
  }
}
