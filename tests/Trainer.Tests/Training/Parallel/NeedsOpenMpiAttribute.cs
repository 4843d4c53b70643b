namespace FaceMix.Tests.Trainer.Training.Parallel;

/// <summary>A fact about several processes that <c>mpirun</c> starts.</summary>
public sealed class NeedsOpenMpiAttribute() : NeedsAttribute(File.Exists("/usr/bin/mpirun") ? null : "Open MPI is missing: apt-get install openmpi-bin.");
