using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Modules by name, in their order.</summary>
        public class ModuleDict<T> : torch.nn.Module, IDictionary<string, T>, IList<(string, T)> where T : torch.nn.Module
        {
            private readonly List<(string Name, T Value)> list = [];

            public ModuleDict() : base(nameof(ModuleDict<T>))
            {
            }

            public int Count => list.Count;

            public bool IsReadOnly => false;

            public ICollection<string> Keys => list.ConvertAll(item => item.Name);

            public ICollection<T> Values => list.ConvertAll(item => item.Value);

            public T this[string key]
            {
                get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no {key} here.");
                set => list[Place(key)] = (key, value);
            }

            public (string, T) this[int index]
            {
                get => list[index];
                set => list[index] = value;
            }

            public void Add(string key, T value) => Add((key, value));

            /// <exception cref="ArgumentException">The name is taken.</exception>
            public void Add((string, T) item)
            {
                if (ContainsKey(item.Item1)) throw new ArgumentException($"The name {item.Item1} is taken.");
                list.Add(item);
            }

            public void Add(KeyValuePair<string, T> item) => Add((item.Key, item.Value));
            public void Clear() => list.Clear();
            public void clear() => list.Clear();
            public bool Contains((string, T) item) => list.Contains(item);
            public bool Contains(KeyValuePair<string, T> item) => list.Contains((item.Key, item.Value));
            public bool ContainsKey(string key) => Place(key) >= 0;
            public void CopyTo((string, T)[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);
            public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => list.ConvertAll(item => KeyValuePair.Create(item.Name, item.Value)).CopyTo(array, arrayIndex);
            public int IndexOf((string, T) item) => list.IndexOf(item);
            public void Insert(int index, (string, T) item) => list.Insert(index, item);
            public bool Remove((string, T) item) => list.Remove(item);
            public bool Remove(KeyValuePair<string, T> item) => list.Remove((item.Key, item.Value));
            public bool Remove(string key) => list.RemoveAll(item => item.Name == key) > 0;
            public void RemoveAt(int index) => list.RemoveAt(index);
            public IEnumerator<(string, T)> GetEnumerator() => list.GetEnumerator();
            public IEnumerator<(string, T)> items() => list.GetEnumerator();
            public IEnumerable<string> keys() => Keys;
            public IEnumerable<T> values() => Values;

            public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
            {
                var place = Place(key);
                value = place < 0 ? null : list[place].Value;
                return place >= 0;
            }

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() =>
                list.Select(item => KeyValuePair.Create(item.Name, item.Value)).GetEnumerator();

            protected override void RegisterComponents()
            {
                ClearModules();
                foreach (var (name, value) in list) register_module(name, value);
            }

            private int Place(string key) => list.FindIndex(item => item.Name == key);
        }

        /// <summary>Parameters by name, in their order.</summary>
        public class ParameterDict : torch.nn.Module, IDictionary<string, Parameter>, IList<(string, Parameter)>
        {
            private readonly List<(string Name, Parameter Value)> list = [];

            public ParameterDict() : base(nameof(ParameterDict))
            {
            }

            public int Count => list.Count;

            public bool IsReadOnly => false;

            public ICollection<string> Keys => list.ConvertAll(item => item.Name);

            public ICollection<Parameter> Values => list.ConvertAll(item => item.Value);

            public Parameter this[string key]
            {
                get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no {key} here.");
                set => list[Place(key)] = (key, value);
            }

            public (string, Parameter) this[int index]
            {
                get => list[index];
                set => list[index] = value;
            }

            public void Add(string key, Parameter value) => Add((key, value));

            /// <exception cref="ArgumentException">The name is taken.</exception>
            public void Add((string, Parameter) item)
            {
                if (ContainsKey(item.Item1)) throw new ArgumentException($"The name {item.Item1} is taken.");
                list.Add(item);
            }

            public void Add(KeyValuePair<string, Parameter> item) => Add((item.Key, item.Value));
            public void Clear() => list.Clear();
            public void clear() => list.Clear();
            public bool Contains((string, Parameter) item) => list.Contains(item);
            public bool Contains(KeyValuePair<string, Parameter> item) => list.Contains((item.Key, item.Value));
            public bool ContainsKey(string key) => Place(key) >= 0;
            public void CopyTo((string, Parameter)[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);
            public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex) => list.ConvertAll(item => KeyValuePair.Create(item.Name, item.Value)).CopyTo(array, arrayIndex);
            public int IndexOf((string, Parameter) item) => list.IndexOf(item);
            public void Insert(int index, (string, Parameter) item) => list.Insert(index, item);
            public bool Remove((string, Parameter) item) => list.Remove(item);
            public bool Remove(KeyValuePair<string, Parameter> item) => list.Remove((item.Key, item.Value));
            public bool Remove(string key) => list.RemoveAll(item => item.Name == key) > 0;
            public void RemoveAt(int index) => list.RemoveAt(index);
            public IEnumerator<(string, Parameter)> GetEnumerator() => list.GetEnumerator();
            public IEnumerator<(string, Parameter)> items() => list.GetEnumerator();
            public IEnumerable<string> keys() => Keys;
            public IEnumerable<Parameter> values() => Values;

            public bool TryGetValue(string key, [MaybeNullWhen(false)] out Parameter value)
            {
                var place = Place(key);
                value = place < 0 ? null : list[place].Value;
                return place >= 0;
            }

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator() =>
                list.Select(item => KeyValuePair.Create(item.Name, item.Value)).GetEnumerator();

            protected override void RegisterComponents()
            {
                ClearParameters();
                foreach (var (name, value) in list) register_parameter(name, value);
            }

            private int Place(string key) => list.FindIndex(item => item.Name == key);
        }

        /// <summary>Parameters under the names "0", "1", ….</summary>
        public class ParameterList : torch.nn.Module, IList<Parameter>
        {
            private readonly List<Parameter> list = [];

            public ParameterList(params Parameter[] parameters) : base(nameof(ParameterList)) => list.AddRange(parameters);

            public int Count => list.Count;

            public bool IsReadOnly => false;

            public Parameter this[int index]
            {
                get => list[index];
                set => list[index] = value;
            }

            public void Add(Parameter item) => list.Add(item);
            public void append(params Parameter[] parameters) => list.AddRange(parameters);
            public void extend(IEnumerable<Parameter> parameters) => list.AddRange(parameters);
            public void Clear() => list.Clear();
            public bool Contains(Parameter item) => list.Contains(item);
            public void CopyTo(Parameter[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);
            public IEnumerator<Parameter> GetEnumerator() => list.GetEnumerator();
            public int IndexOf(Parameter item) => list.IndexOf(item);
            public void Insert(int index, Parameter item) => list.Insert(index, item);
            public bool Remove(Parameter item) => list.Remove(item);
            public void RemoveAt(int index) => list.RemoveAt(index);
            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            protected override void RegisterComponents()
            {
                ClearParameters();
                for (var i = 0; i < list.Count; i++) register_parameter(i.ToString(), list[i]);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

            public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module
            {
                var made = new ModuleDict<T>();
                foreach (var module in modules) made.Add(module);
                return made;
            }

            public static ParameterDict ParameterDict(params (string, Parameter)[] parameters)
            {
                var made = new ParameterDict();
                foreach (var parameter in parameters) made.Add(parameter);
                return made;
            }

            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);
        }
    }
}
