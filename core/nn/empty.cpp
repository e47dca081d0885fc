namespace daguerre {}
