namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module that others watch: its hooks run before and after <c>call</c>, never with <c>forward</c> alone.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            protected Dictionary<string, TPreHook> pre_hooks = [];
            protected Dictionary<string, TPostHook> post_hooks = [];
            protected Dictionary<string, Action<Module>> module_pre_hooks = [];
            protected Dictionary<string, Action<Module>> module_post_hooks = [];

            protected HookableModule(string name) : base(name)
            {
            }

            /// <summary>Runs the hook after each call; what it returns, unless null, takes the result's place.</summary>
            public HookRemover register_forward_hook(TPostHook hook) => Added(post_hooks, hook);

            public HookRemover register_forward_hook(Action<Module> hook) => Added(module_post_hooks, hook);

            /// <summary>Runs the hook before each call; what it returns, unless null, takes the input's place.</summary>
            public HookRemover register_forward_pre_hook(TPreHook hook) => Added(pre_hooks, hook);

            public HookRemover register_forward_pre_hook(Action<Module> hook) => Added(module_pre_hooks, hook);

            private protected void Before()
            {
                foreach (var hook in module_pre_hooks.Values) hook(this);
            }

            private protected void After()
            {
                foreach (var hook in module_post_hooks.Values) hook(this);
            }

            private HookRemover Added<T>(Dictionary<string, T> hooks, T hook)
            {
                var key = Guid.NewGuid().ToString();
                hooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            private void Remove(string key)
            {
                pre_hooks.Remove(key);
                post_hooks.Remove(key);
                module_pre_hooks.Remove(key);
                module_post_hooks.Remove(key);
            }

            /// <summary>Takes one hook away again.</summary>
            public class HookRemover(HookableModule<TPreHook, TPostHook> module, string key)
            {
                public void remove() => module.Remove(key);
            }
        }
    }
}
