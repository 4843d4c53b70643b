using System.Collections;
using System.Runtime.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Modules one after the other, under the names "0", "1", … unless given others.</summary>
        public class Sequential : nn.Module<Tensor, Tensor>
        {
            private readonly List<nn.Module<Tensor, Tensor>> modules_ = [];

            protected internal Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
            {
                foreach (var (name, module) in modules) append(name, module);
            }

            protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
            {
                foreach (var module in modules) append(module);
            }

            public int Count => modules_.Count;

            [IndexerName("SequentialItems")]
            public nn.IModule<Tensor, Tensor> this[int index] => modules_[index];

            public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
            {
                var added = (nn.Module<Tensor, Tensor>)module;
                register_module(name, added);
                modules_.Add(added);
                return this;
            }

            public Sequential append(nn.IModule<Tensor, Tensor> module) => append(modules_.Count.ToString(), module);

            /// <summary>What lies between two modules is disposed as soon as the next has read it.</summary>
            public override Tensor forward(Tensor tensor)
            {
                if (modules_.Count == 0) return tensor.alias();
                var result = modules_[0].call(tensor);
                for (var i = 1; i < modules_.Count; i++)
                {
                    var next = modules_[i].call(result);
                    if (!ReferenceEquals(next, result) && !ReferenceEquals(result, tensor)) result.Dispose();
                    result = next;
                }
                return result;
            }

            // The list is not a component: its modules are registered under their own names.
            protected override void RegisterComponents()
            {
            }
        }

        public class ModuleList<T> : nn.Module, IList<T> where T : nn.Module
        {
            private readonly List<T> list = [];

            public ModuleList(params T[] modules) : base(nameof(ModuleList<T>)) => list.AddRange(modules);

            public int Count => list.Count;

            public bool IsReadOnly => false;

            public T this[int index]
            {
                get => list[index];
                set => list[index] = value;
            }

            public void Add(T item) => list.Add(item);
            public void append(params T[] parameters) => list.AddRange(parameters);
            public void extend(IEnumerable<T> modules) => list.AddRange(modules);
            public void Clear() => list.Clear();
            public bool Contains(T item) => list.Contains(item);
            public void CopyTo(T[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);
            public IEnumerator<T> GetEnumerator() => list.GetEnumerator();
            public int IndexOf(T item) => list.IndexOf(item);
            public void Insert(int index, T item) => list.Insert(index, item);
            public bool Remove(T item) => list.Remove(item);
            public void RemoveAt(int index) => list.RemoveAt(index);
            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            protected override void RegisterComponents()
            {
                ClearModules();
                for (var i = 0; i < list.Count; i++) register_module(i.ToString(), list[i]);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Sequential Sequential() => new(Array.Empty<Module<Tensor, Tensor>>());
            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);
            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);
            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new(modules.ToArray());
            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(modules.ToArray());
            public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);
            public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
