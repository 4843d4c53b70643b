using System.Runtime.InteropServices;
using FaceMix.Torch;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The version of libtorch that this process runs.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((nint)Library.fm_torch_version()) ?? "";

    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static int get_num_threads() => Library.fm_threads();

    public static void set_num_threads(int num) => Library.Check(Library.fm_set_threads(num), "set_num_threads", num);

    public static int get_num_interop_threads() => Library.fm_interop_threads();

    public static void set_num_interop_threads(int num) => Library.Check(Library.fm_set_interop_threads(num), "set_num_interop_threads", num);

    public static bool cuda_is_available() => cuda.is_available();

    /// <summary>A stream of random numbers.</summary>
    public unsafe class Generator : IDisposable
    {
        private nint handle;

        private Generator(nint handle, Device device)
        {
            this.handle = handle;
            this.device = device;
        }

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            nint created;
            Library.Check(Library.fm_generator_create((long)seed, this.device.Packed, &created), "Generator");
            handle = created;
        }

        ~Generator() => Dispose(false);

        public static Generator Default => DefaultOf(CPU);

        public nint Handle => handle;

        public Device device { get; }

        public Tensor get_state()
        {
            nint state;
            Library.Check(Library.fm_generator_state(handle, &state), "Generator.get_state");
            return new Tensor(state);
        }

        public void set_state(Tensor value) => Library.Check(Library.fm_generator_set_state(handle, value.Handle), "Generator.set_state", value);

        public Generator manual_seed(long seed)
        {
            Library.Check(Library.fm_generator_seed(handle, seed), "Generator.manual_seed");
            return this;
        }

        public long seed()
        {
            long seed;
            Library.Check(Library.fm_generator_new_seed(handle, &seed), "Generator.seed");
            return seed;
        }

        public long initial_seed()
        {
            long seed;
            Library.Check(Library.fm_generator_current_seed(handle, &seed), "Generator.initial_seed");
            return seed;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing) => Library.fm_generator_delete(Interlocked.Exchange(ref handle, 0));

        internal static Generator DefaultOf(Device device)
        {
            nint found;
            Library.Check(Library.fm_generator_default(device.Packed, &found), "Generator.Default");
            return new Generator(found, device);
        }
    }

    public static partial class random
    {
        public static long seed() => Generator.Default.seed();

        public static long initial_seed() => Generator.Default.initial_seed();

        /// <summary>Seeds the default generators of every device.</summary>
        public static Generator manual_seed(long seed)
        {
            Library.Check(Library.fm_manual_seed(seed), "manual_seed");
            return Generator.Default;
        }

        public static Tensor get_rng_state() => Generator.Default.get_state();

        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }

    public static partial class cuda
    {
        public static bool is_available() => Library.fm_cuda_available() != 0;

        public static bool is_cudnn_available() => Library.fm_cudnn_available() != 0;

        public static int device_count() => Library.fm_cuda_count();

        public static void manual_seed(long seed) => Generator.DefaultOf(new Device(DeviceType.CUDA)).manual_seed(seed);

        public static void manual_seed_all(long seed)
        {
            for (var i = 0; i < device_count(); i++) Generator.DefaultOf(new Device(DeviceType.CUDA, i)).manual_seed(seed);
        }

        /// <summary>Waits until the device has done all that was queued for it.</summary>
        public static void synchronize(Device? device = null) => Library.Check(Library.fm_cuda_synchronize(device?.index ?? -1), "cuda.synchronize");
    }

    public static partial class backends
    {
        public static partial class cuda
        {
            public static partial class matmul
            {
                public static bool allow_tf32
                {
                    get => Flag(0);
                    set => SetFlag(0, value);
                }
            }
        }

        public static partial class cudnn
        {
            public static bool allow_tf32
            {
                get => Flag(1);
                set => SetFlag(1, value);
            }
        }
    }

    private static unsafe bool Flag(int which)
    {
        int value;
        Library.Check(Library.fm_flag(which, &value), "backends");
        return value != 0;
    }

    private static void SetFlag(int which, bool value) => Library.Check(Library.fm_set_flag(which, value ? 1 : 0), "backends");
}
