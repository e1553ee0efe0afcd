/** Starting a run on machines of a cluster: by OpenSSH's client, or as a job of Slurm. */
package io.holdfast.cli.launch;
