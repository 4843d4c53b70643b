using FaceMix.LatentStore;
using FaceMix.ServiceDefaults;

return await ServiceHost.RunAsync(() => LatentStoreApp.Build(args));
